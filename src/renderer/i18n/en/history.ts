export const history = {
  title: 'History',
  branch: 'Branch from here',
  pin: 'Pin',
  unpin: 'Unpin',
  name: 'Name of the step',
  rerun: 'Run again with changes',
  reuse: 'Use its prompt',
  compare: 'Compare with now',
  stale: 'Made from something that has changed since',
  others: 'Another branch',
  'step-menu': 'Step',
} as const;
