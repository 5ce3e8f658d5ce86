import type { status as english } from '../en/status.ts';
import type { SameKeys } from '../same-keys.ts';

export const status: SameKeys<typeof english> = {
  title: '状态',
  'at-step': '当前步骤：{{step}}',
  zoom: '缩放 {{value}} %',
  step: '第 {{step}} / {{steps}} 步',
  left: '剩余 {{time}}',
  waiting: '{{count}} 个等待',
  saving: '保存中…',
  saved: '已保存',
  offline: '工作室没有响应，正在重试…',
  'read-only': '只读',
  stop: '停止',
  shield: '区域外保持不变',
  'shield-hint': '选区外一个字节都不会改变；变化沿选区内侧柔和过渡。',
  seconds: '{{count}} 秒',
  minutes: '{{minutes}} 分 {{seconds}} 秒',
  job: {
    running: '模型正在工作：{{task}}',
    finished: '已完成：{{task}}',
    failed: '失败：{{task}}',
    cancelled: '已停止：{{task}}',
  },
  engine: {
    stopped: '引擎待机',
    starting: '引擎启动中…',
    ready: '引擎就绪',
    busy: '引擎工作中',
    hung: '引擎无响应',
    crashed: '引擎意外停止',
    backoff: '引擎即将重启',
    stopping: '引擎停止中…',
  },
};
