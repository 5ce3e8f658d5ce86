import type { SameKeys } from '../same-keys.ts';
import type { common as english } from '../en/common.ts';

export const common: SameKeys<typeof english> = {
  close: '关闭',
  cancel: '取消',
  rename: '重命名',
  details: '详情',
  dismiss: '知道了',
  reset: '还原',
  about: '{{about}}：{{sentence}}',
  loading: '载入中…',
  'panel-width': '面板宽度',
  notifications: '通知',
};
