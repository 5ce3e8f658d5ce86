export const jobs = {
  title: 'Jobs',
  empty: 'What the model is asked to do waits here.',
  stop: 'Stop',
  retry: 'Run again',
  offer: 'Offer the results again',
  up: 'Run sooner',
  interrupted: 'Started over after an interruption',
  state: {
    queued: 'waiting',
    running: 'running',
    finished: 'finished',
    failed: 'failed',
    cancelled: 'stopped',
  },
  phase: {
    load: 'loading the model',
    encode: 'reading',
    denoise: 'drawing',
    decode: 'developing',
    compose: 'fitting in',
    answer: 'answering',
  },
} as const;
