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
  'stop-rest': '停止其余的生成',
  'away-stopped': '停止并收起',
  'put-away': '已收起生成结果。',
  stopped: '已停止，未生成 {{count}} 个。',
  kept: '已保留为新图层。',
  'kept-one': '已保留为新图层，其余的仍在生成。',
  'kept-back': '已保留在生成它的步骤上，之后的步骤仍在历史中。',
  elsewhere: '画布缩放之前生成：保留时会回到那一步。',
  'undo-late': '之后又做了其他操作：请在历史中回到之前的步骤。',
  unchanged: '没有变化：换个说法，或更贴近文字。',
  changed: '图片改变了 {{percent}} %',
};
