import type { SameKeys } from '../same-keys.ts';
import type { common as english } from '../en/common.ts';

export const common: SameKeys<typeof english> = {
  studio: 'Ovis 工作室',
  close: '关闭',
  cancel: '取消',
  remove: '移除',
  rename: '重命名',
  retry: '重试',
  details: '详情',
  dismiss: '知道了',
  reset: '还原',
  none: '无',
  search: '搜索',
  more: '更多',
  loading: '载入中…',
  percent: '{{value}} %',
  pixels: '{{width}} × {{height}}',
  notifications: '通知',
  fault: '出了问题',
  saved: '已保存',
};
