export const history = {
  title: 'History',
  empty: 'Every step appears here; nothing is ever dropped.',
  current: 'Current step',
  branch: 'Branch from here',
  pin: 'Pin',
  unpin: 'Unpin',
  name: 'Name of the step',
  reuse: 'Use its prompt',
  compare: 'Compare with now',
  stale: 'Made from something that has changed since',
  others: 'Another branch',
  'step-menu': 'Step',
} as const;
