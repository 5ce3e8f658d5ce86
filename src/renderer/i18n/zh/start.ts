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
  'box-note': '正在使用自带的小模型，适合简单的平面图画。',
  'box-more': '要画照片，请添加 Ovis-U1-3B（7.3 GB）…',
  'no-model': '还没有模型。',
  'model-add': '添加模型…',
  tabs: '文档',
  'new-tab': '新建文档',
  'close-tab': '关闭 {{name}}',
  'example-1': '浅蓝色背景上的一个红色的苹果',
  'example-2': '蓝色背景上的一个太阳',
  'example-3': '白色背景上的一颗红色的爱心',
  'example-4': '紫色背景上的一个柠檬',
  rename: '重命名文档',
};
