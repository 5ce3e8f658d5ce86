import { AppError } from '#base/app-error';
import { describe, expect, it } from 'vitest';

import { JsonOutput, TextOutput, type Output } from './output.ts';
import { formatDuration, progressLine } from './progress-bar.ts';
import type { Terminal } from './terminal.ts';

const drawing = { name: 'denoise', label: 'Drawing' };

/** What a script of calls leaves on the two streams. */
function write(columns: number | undefined, use: (output: Output) => void, kind: 'text' | 'json' = 'text') {
  const streams = { out: '', err: '' };
  const terminal: Terminal = {
    out: (text) => (streams.out += text),
    err: (text) => (streams.err += text),
    columns,
    env: {},
  };
  use(kind === 'text' ? new TextOutput(terminal) : new JsonOutput(terminal));
  return streams;
}

/** What a person sees of a line that was drawn over: the last text after a carriage return. */
const seen = (err: string) => err.split('\n').map((line) => line.split('\r').at(-1)!.replace('\x1b[K', ''));

describe('a progress line', () => {
  it('shows how far it is and how long it takes', () => {
    expect(progressLine({ task: drawing, done: 12, total: 48, timeLeftMs: 34_000 }, 80)).toBe(
      'Drawing ━━━━━━────────────────── 12/48, 34 s left',
    );
  });

  it('stays within the terminal, and is not put off by odd numbers', () => {
    expect(progressLine({ task: drawing, done: 12, total: 48, timeLeftMs: 34_000 }, 30)).toHaveLength(29);
    expect(progressLine({ task: drawing, done: 9, total: 0, timeLeftMs: null }, 80)).toContain('─'.repeat(24));
    expect(progressLine({ task: drawing, done: 9, total: 3, timeLeftMs: null }, 80)).toContain('━'.repeat(24));
  });

  it.each([
    [420, '0.4 s'],
    [9_949, '9.9 s'],
    [9_950, '10 s'],
    [59_600, '1 min 0 s'],
    [125_000, '2 min 5 s'],
    [4_200_000, '1 h 10 min'],
  ])('says %d ms as %s', (durationMs, text) => {
    expect(formatDuration(durationMs)).toBe(text);
  });
});

describe('output for people', () => {
  const session = (output: Output) => {
    output.phase({ name: 'load', label: 'Loading' });
    output.progress({ task: drawing, done: 1, total: 2, timeLeftMs: null });
    output.warn('It is shifted.');
    output.progress({ task: drawing, done: 2, total: 2, timeLeftMs: 0 });
    output.result({ path: 'x.png' }, 'x.png');
  };

  it('draws progress in place on a terminal and leaves only what matters', () => {
    const { out, err } = write(80, session);
    expect(out).toBe('x.png\n');
    expect(seen(err)).toEqual(['Warning: It is shifted.', '']);
  });

  it('draws nothing where nobody watches', () => {
    expect(write(undefined, session)).toEqual({ out: 'x.png\n', err: 'Warning: It is shifted.\n' });
  });

  it('lets the model write without anything in between', () => {
    const { out, err } = write(80, (output) => {
      output.phase({ name: 'answer', label: 'Answering' });
      output.text('A grey');
      output.phase({ name: 'answer', label: 'Answering' });
      output.text(' picture.');
      output.result({}, '');
    });
    expect(out).toBe('A grey picture.\n');
    expect(seen(err)).toEqual(['']);
  });

  it('ends a line of text before it complains', () => {
    const { out } = write(undefined, (output) => {
      output.text('A gr');
      output.error(new AppError('engine-crashed', 'It stopped.'));
    });
    expect(out).toBe('A gr\n');
  });
});

describe('output for programs', () => {
  it('is one object a line, all on one stream', () => {
    const { out, err } = write(
      80,
      (output) => {
        output.phase({ name: 'load', label: 'Loading' });
        output.progress({ task: drawing, done: 1, total: 2, timeLeftMs: 5 });
        output.error(new AppError('disk-full', 'The disk is full.', { data: { path: '/x' } }));
      },
      'json',
    );
    expect(err).toBe('');
    expect(
      out
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown),
    ).toEqual([
      { event: 'phase', name: 'load' },
      { event: 'progress', name: 'denoise', done: 1, total: 2, timeLeftMs: 5 },
      { event: 'error', code: 'disk-full', message: 'The disk is full.', data: { path: '/x' } },
    ]);
  });
});
