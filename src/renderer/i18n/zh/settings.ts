import type { settings as english } from '../en/settings.ts';
import type { SameKeys } from '../same-keys.ts';

export const settings: SameKeys<typeof english> = {
  title: '设置',
  language: '语言',
  theme: '主题',
  motion: '动效',
  device: '设备',
  system: '跟随系统',
  light: '浅色',
  dark: '深色',
  full: '完整',
  reduced: '减少',
  auto: '自动测试选择',
  recipe: '在导出的图片中写入生成方式',
  quality: 'JPEG 与 WebP 质量',
  trash: '回收站保留天数',
  shortcuts: '键盘快捷键',
  press: '请按键…',
  unset: '无',
  data: '所有内容保存在 {{folder}}',
  restart: '重启引擎',
  speed: '处理器的 {{speed}} 倍',
  'group-look': '外观',
  'group-files': '文件',
  'group-machine': '机器',
};
