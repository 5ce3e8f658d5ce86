import type { gallery as english } from '../en/gallery.ts';
import type { SameKeys } from '../same-keys.ts';

export const gallery: SameKeys<typeof english> = {
  title: '图库',
  search: '搜索提示词、说明、标签',
  empty: '你生成的图片都会出现在这里。在下方写一句话并按 Enter。',
  nothing: '没有匹配的图片。',
  place: '置入画布',
  open: '作为文档打开',
  reuse: '使用其提示词',
  'as-reference': '用作参考图',
  'as-control': '按其轮廓作画',
  star: '收藏',
  unstar: '取消收藏',
  trash: '移到回收站',
  trashed: '已移到回收站。',
  starred: '仅收藏',
  exported: '{{name}} 已就绪。',
  format: '格式',
  export: '导出',
  picture: '图片',
};
