import type { trouble as english } from '../en/trouble.ts';
import type { SameKeys } from '../same-keys.ts';

export const trouble: SameKeys<typeof english> = {
  away: '工作室没有响应。您所做的一切都保留在此窗口中，恢复后会立即保存。',
  kept: '{{fault}}您所做的一切都保留在此窗口中，问题解决后会立即保存。',
  'try-now': '立即重试',
  'save-copy': '在副本中继续',
  'copy-of': '{{title}} 副本',
  'shut-out': '工作室已不再认识此浏览器。请在工作室运行处按 Enter 获取新链接并粘贴到这里。此窗口中的内容不会丢失。',
  link: '链接',
  enter: '进入',
  'open-copy': '打开副本',
  'no-picture-copied': '复制的内容中没有图片。',
  'clipboard-closed': '浏览器不允许读取剪贴板。请改用键盘粘贴。',
  'clipboard-refused': '浏览器不允许写入剪贴板。请手动选中文字并复制。',
  'use-words': '将文字用作提示词',
  'no-file-dropped': '这里只能拖入文件：请先保存图片，或复制后粘贴。',
  stopped: '窗口的这一部分出错并停止了。您已完成的内容都已保留。',
  'try-again': '重试',
  reload: '重新载入窗口',
  'read-only': {
    'open-elsewhere': '此文档已在 {{purpose}}（进程 {{pid}}）中打开，这里只能查看。',
    'folder-read-only': '资料库文件夹无法写入，因此不能修改。',
    'taken-over': '另一个程序已接管此文档，这里只能查看。',
    closed: '此文档已被工作室关闭：请重新打开。',
  },
};
