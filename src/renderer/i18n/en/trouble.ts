export const trouble = {
  away: 'The studio does not answer. What you do is kept in this window, and saved as soon as it is back.',
  kept: '{{fault}} What you do is kept in this window, and saved as soon as that is over.',
  'try-now': 'Try now',
  'save-copy': 'Go on in a copy',
  'copy-of': '{{title}} copy',
  'shut-out':
    'The studio does not know this browser any more. Paste a new link here: press Enter where the studio runs to get one. Nothing in this window is lost.',
  link: 'Link',
  enter: 'Let me in',
  'open-copy': 'Open a copy',
  'no-picture-copied': 'There is no picture in what was copied.',
  'use-words': 'Use its words as prompt',
  'no-file-dropped': 'Only files can be dropped here: save the picture first, or copy and paste it.',
  stopped: 'This part of the window made a mistake and stopped. What you have made is kept.',
  'try-again': 'Try again',
  reload: 'Load the window anew',
  'read-only': {
    'open-elsewhere': 'This document is open in {{purpose}} (process {{pid}}); here it can only be looked at.',
    'folder-read-only': 'The folder of the library cannot be written to, so nothing can be changed.',
    'taken-over': 'Another program has taken this document over; here it can only be looked at.',
    closed: 'This document has been closed by the studio: open it again.',
  },
} as const;
