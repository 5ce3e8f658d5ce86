export const common = {
  close: 'Close',
  cancel: 'Cancel',
  rename: 'Rename',
  details: 'Details',
  dismiss: 'Dismiss',
  reset: 'Reset',
  about: '{{about}}: {{sentence}}',
  loading: 'Loading…',
  'panel-width': 'Width of the panels',
  notifications: 'Notifications',
} as const;
