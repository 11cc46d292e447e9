// The rows of ts/option-table.ts for options that stand in an object of their own.
import type { Option } from './option-kinds.js'

const longest = 0x7fff_ffff

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
