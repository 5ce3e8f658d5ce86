import { objects } from './objects.ts';
import { idleAdjectives } from './idle-words.ts';

/**
 * Words of the Chinese sentences. Chinese has no spaces, so without them the tokenizer would learn pieces such as
 * "背景上有两", and "猫" would be a different token in every phrase.
 */
const general = (
  '背景 图片 图里 画面 风格 条纹 圆点 格子 方格 相间 渐变 文字 颜色 位置 什么 哪里 多少 一共 没有 有没有 看到 描述 东西 说明 内容 请 详细 ' +
  '上面 下面 上方 下方 顶部 底部 左边 右边 左侧 右侧 左面 右面 左上角 右上角 左下角 右下角 左上方 右上方 左下方 右下方 中间 中央 正中间 前面 后面 ' +
  '草地 海滩 沙滩 大海 海边 星空 夜空 夜晚 雪地 雪景 冬天 蓝天 写着 写上 插画 照片 柔和 扁平 明快 很大 很小 大大 小小 巨大 高质量 细节丰富 精美 简洁 高清 儿童 ' +
  '红色 橙色 黄色 绿色 蓝色 紫色 粉色 棕色 黑色 白色 灰色 浅 深 纯 ' +
  '去掉 删除 移除 擦掉 不要 换成 改成 替换 变成 代替 改为 换为 添加 加上 放大 缩小 变大 变小 移到 放到 挪到 交换 对调 互换 抠出 保留 以外 所有 ' +
  '噪点 降噪 杂点 噪声 模糊 清晰 锐化 清楚 上色 黑白 彩色 着色 恢复 线稿 边缘 深度图 生成 根据 按照 补全 缺失 部分 填补 空白 修复 完整 缺口 移除 物体 填充 ' +
  '扩展 延伸 四周 扩大 转换 重新 同样 新图 再画 一次 动物 食物 交通工具 自然景物 日常用品 图形 翻译 中文 英文 是的 不是 哪种'
).split(' ');

const words: ReadonlySet<string> = new Set([
  ...general,
  ...objects.map(({ chinese }) => chinese.noun),
  ...objects.flatMap(({ chinese }) => chinese.also),
  ...idleAdjectives.zh.map((adjective) => adjective.replace(/的$/, '')),
]);

const longest = Math.max(...Array.from(words, (word) => word.length));

/** Cuts a run of Chinese characters into words, the longest first; what is in no word stands alone. */
export function chineseWords(text: string): string[] {
  const found: string[] = [];
  for (let start = 0; start < text.length;) {
    let length = Math.min(longest, text.length - start);
    while (length > 1 && !words.has(text.slice(start, start + length))) length--;
    found.push(text.slice(start, start + length));
    start += length;
  }
  return found;
}
