export const common = {
  close: 'Close',
  cancel: 'Cancel',
  rename: 'Rename',
  details: 'Details',
  dismiss: 'Dismiss',
  reset: 'Reset',
  loading: 'Loading…',
  notifications: 'Notifications',
} as const;
