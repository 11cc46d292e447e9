// Rows of ts/option-table.ts: of a Context, for those who take messages, and those that stand in an object of their own.
import type { Option } from './option-kinds.js'

const longest = 0x7fff_ffff

export const contextTable = {
  ioThreads: {
    type: 'number',
    unit: 'threads',
    min: 0,
    max: 64,
    default: 0,
    where: ['context'],
    doc: 'Threads that connections live on, beside the one that runs JavaScript. 0: on the event loop itself.',
  },
  spinMicros: {
    type: 'number',
    unit: 'microseconds',
    min: 0,
    max: 1_000_000_000,
    default: 0,
    where: ['context'],
    doc: 'How long the event loop looks for more work without sleeping after the last activity. Shortens the round trip and burns a core. Without a meaning on I/O threads.',
  },
} as const satisfies Readonly<Record<string, Option>>

export const consumerTable = {
  transientData: {
    type: 'boolean',
    default: false,
    where: ['socket'],
    doc: 'You promise to use `data` within the handler only, so that its memory may be used again. Not together with iterators.',
  },
  isolateData: {
    type: 'boolean',
    default: false,
    where: ['socket'],
    doc: 'Every received message has memory of its own: it may be transferred or kept without keeping others. Costs a copy for messages of up to 16 KiB.',
  },
  connect: { type: 'function', where: ['socket'], doc: 'Called for each new peer.' },
  message: { type: 'function', where: ['socket'], doc: 'Called for each message.' },
  drain: {
    type: 'function',
    where: ['socket'],
    doc: 'Called when the queue of a peer has fallen to half of sendHighWaterMark.',
  },
  disconnect: {
    type: 'function',
    where: ['socket'],
    doc: 'Called once for each peer that is gone, after its messages.',
  },
  error: { type: 'function', where: ['socket'], doc: 'Called for faults of the socket itself.' },
} as const satisfies Readonly<Record<string, Option>>

export const reconnectTable = {
  minDelay: {
    type: 'number',
    unit: 'milliseconds',
    min: 1,
    max: longest,
    default: 100,
    where: ['reconnect'],
    doc: 'The first wait before trying again. Each that follows is twice as long, and each is cut short at random by up to a half, so that many clients do not come back at once.',
  },
  maxDelay: {
    type: 'number',
    unit: 'milliseconds',
    min: 1,
    max: longest,
    default: 5_000,
    where: ['reconnect'],
    doc: 'The longest wait; never less than minDelay. Waits start anew after a connection that lasted longer than the wait before it.',
  },
  maxAttempts: {
    type: 'number',
    unit: 'attempts',
    min: 1,
    max: longest,
    default: undefined,
    where: ['reconnect'],
    doc: 'After so many attempts in a row that failed, the first one included, it gives up. Default: never.',
  },
  queueWhileDisconnected: {
    type: 'boolean',
    default: false,
    where: ['reconnect'],
    doc: 'Whether what is sent while the connection is away waits for its return, bounded by maxBufferedBytes; without it `send` returns null.',
  },
} as const satisfies Readonly<Record<string, Option>>

export const closeTable = {
  code: {
    type: 'number',
    unit: 'close code',
    min: 1000,
    max: 4999,
    default: undefined,
    where: ['close'],
    doc: 'What a WebSocket peer is told: 1000, or 3000 to 4999. No meaning on other transports.',
  },
  reason: {
    type: 'string',
    where: ['close'],
    doc: 'The same in words, at most 123 bytes of UTF-8.',
  },
} as const satisfies Readonly<Record<string, Option>>
