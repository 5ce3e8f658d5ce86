import type { candidates as english } from '../en/candidates.ts';
import type { SameKeys } from '../same-keys.ts';

export const candidates: SameKeys<typeof english> = {
  title: '结果',
  result: '结果 {{index}} / {{count}}',
  waiting: '等待中',
  running: '生成中',
  failed: '失败',
  done: '完成',
  keep: '保留',
  'keep-hint': '保留为新图层',
  compare: '比较',
  again: '再来几张',
  away: '收起',
  kept: '已保留为新图层。',
  'undo-late': '之后又做了其他操作：请在历史中回到之前的步骤。',
  unchanged: '没有变化：换个说法，或更贴近文字。',
  changed: '图片改变了 {{percent}} %',
};
