import type { jobs as english } from '../en/jobs.ts';
import type { SameKeys } from '../same-keys.ts';

export const jobs: SameKeys<typeof english> = {
  title: '任务',
  empty: '交给模型的任务会在这里排队。',
  stop: '停止',
  retry: '再次运行',
  offer: '重新显示结果供选择',
  up: '提前',
  interrupted: '中断后重新开始',
  state: {
    queued: '等待中',
    running: '运行中',
    finished: '完成',
    failed: '失败',
    cancelled: '已停止',
  },
  phase: {
    load: '载入模型',
    encode: '理解中',
    denoise: '绘制中',
    decode: '输出图像中',
    compose: '合成中',
    answer: '回答中',
  },
};
