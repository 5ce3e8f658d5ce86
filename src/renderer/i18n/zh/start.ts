import type { start as english } from '../en/start.ts';
import type { SameKeys } from '../same-keys.ts';

export const start: SameKeys<typeof english> = {
  title: '想做点什么？',
  lead: '在下方写一句话并按 Enter，或把图片拖到这里。',
  untitled: '未命名',
  open: '打开图片',
  drop: '松手即可打开',
  place: '松手即可置入为图层',
  recent: '最近',
  examples: '试试这些',
  'model-note': '正在使用 {{model}}。',
  'model-more': '其他模型…',
  'no-model': '还没有模型。',
  'model-add': '添加模型…',
  tabs: '文档',
  'new-tab': '新建文档',
  'close-tab': '关闭 {{name}}',
  'example-1': '白盘子上的红苹果',
  'example-2': '绿色山丘上微笑的太阳',
  'example-3': '树旁的蓝色小房子',
  'example-4': '夜空中的两颗黄色星星',
  rename: '重命名文档',
};
