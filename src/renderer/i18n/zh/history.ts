import type { history as english } from '../en/history.ts';
import type { SameKeys } from '../same-keys.ts';

export const history: SameKeys<typeof english> = {
  title: '历史',
  branch: '从此处分支',
  pin: '固定',
  unpin: '取消固定',
  name: '步骤名称',
  rerun: '修改后重新运行',
  reuse: '使用其提示',
  compare: '与现在比较',
  stale: '其来源之后已改变',
  others: '另一分支',
  'step-menu': '步骤',
};
