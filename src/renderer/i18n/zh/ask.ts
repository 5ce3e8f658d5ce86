import type { ask as english } from '../en/ask.ts';
import type { SameKeys } from '../same-keys.ts';

export const ask: SameKeys<typeof english> = {
  title: '问答',
  empty: '可以就图片或选区提问：在下面输入，或使用按钮。',
  question: '就图片提问',
  send: '提问',
  anew: '新对话',
  'anew-hint': '下一个问题将开始新对话。',
  conversation: '对话',
  'looked-at': '此对话所谈的画面',
  describe: '描述',
  alt: '替代文本',
  tags: '标签',
  'describe-question': '用一句话描述这张图片。',
  'alt-question': '为这张图片写一句简短的替代文本。',
  'tags-question': '为这张图片列出简短标签，用逗号分隔。',
  thinking: '正在看图…',
  waiting: '等待中…',
  'take-back': '撤回问题',
  stop: '停止回答',
  use: '用作提示词',
  copy: '复制',
  copied: '已复制。',
  cancelled: '已停止。',
};
