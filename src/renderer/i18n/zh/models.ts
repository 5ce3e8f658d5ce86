import type { models as english } from '../en/models.ts';
import type { SameKeys } from '../same-keys.ts';

export const models: SameKeys<typeof english> = {
  title: '模型',
  empty: '还没有模型。请下载或导入文件夹。',
  bundled: '随附',
  use: '使用',
  used: '使用中',
  verify: '校验文件',
  remove: '从磁盘删除',
  pull: '下载',
  repo: 'Hugging Face 上的作者/名称',
  import: '导入文件夹',
  folder: '本机文件夹',
  choose: '选择…',
  precision: '精度',
  installed: '已安装',
  add: '添加模型',
  intact: '所有文件均完好。',
  task: {
    pull: '正在下载 {{name}}',
    import: '正在导入 {{name}}',
    verify: '正在校验 {{name}}',
  },
  p: {
    int8: 'int8：CPU 上最快',
    q4: 'q4：最小',
    f16: 'f16：适合显卡',
    f32: 'f32：精确',
  },
};
