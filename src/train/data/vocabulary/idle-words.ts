/**
 * Words that people add and that no sprite can show; none may contain the name of one. They occur at random in training, so the model learns to pass over
 * them: "a sleeping cat" is a cat.
 */
export const idleAdjectives = {
  en: (
    'cute lovely beautiful pretty happy sleeping smiling funny nice sweet fresh shiny sleepy friendly fluffy soft old new ' +
    'young adorable simple cheerful magic colorful delicious amazing perfect cool elegant fancy cozy modern ' +
    'wild wet clean bright playful gentle brave lonely busy round strange famous classic realistic detailed cartoon'
  ).split(' '),
  zh: (
    '可爱的 漂亮的 美丽的 开心的 快乐的 睡觉的 正在睡觉的 微笑的 有趣的 好看的 新鲜的 闪亮的 友好的 毛茸茸的 柔软的 老的 新的 简单的 神奇的 ' +
    '美味的 完美的 优雅的 精致的 现代的 干净的 活泼的 温柔的 勇敢的 孤独的 奇怪的 经典的 卡通的 萌萌的'
  ).split(' '),
} as const;

export const idleEndings = {
  en: ['high quality', 'detailed', 'cute', 'masterpiece', 'simple', 'clean', 'for children', 'sticker', '4k'],
  zh: ['高质量', '细节丰富', '可爱', '精美', '简洁', '高清', '儿童插画'],
} as const;
