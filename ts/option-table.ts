// Every option, declared once. From here come the checks (options.ts), and by `npm run generate` the types
// (option-types.ts), the engine's structures (native/engine/options.hpp) and the reference page (docs/options.md).

const KiB = 1024
const MiB = 1024 * KiB
const uint32 = 0xffff_ffff
/** setTimeout's and the kernel's idea of a long time, about 24 days. */
const longest = 0x7fff_ffff
/** More seconds the kernel refuses (MAX_TCP_KEEPIDLE). */
const longestKeepAlive = 32_767_000

export type Where = 'socket' | 'bind' | 'connect' | 'context'

interface Common {
  readonly where: readonly Where[]
  readonly doc: string
}
export interface NumberOption extends Common {
  readonly type: 'number'
  readonly unit: string
  readonly min: number
  readonly max: number
  /** undefined: see `doc`. */
  readonly default: number | undefined
  /** A field of the engine's structure of that name. */
  readonly native?: 'connection' | 'socket'
  /** `true` stands for the default and `false` for 0. */
  readonly orBoolean?: true
}
export interface ChoiceOption extends Common {
  readonly type: 'choice'
  readonly values: readonly string[]
  readonly default: string
  readonly native?: 'connection'
}
export interface FlagOption extends Common {
  readonly type: 'boolean'
  readonly default: boolean
}
/** Checked by its kind only; its type is written by hand in types.ts. */
export interface OtherOption extends Common {
  readonly type: 'function' | 'object' | 'any'
}
export type Option = NumberOption | ChoiceOption | FlagOption | OtherOption

const everywhere = ['socket', 'bind', 'connect'] as const

export const optionTable = {
  maxMessageSize: {
    type: 'number',
    unit: 'bytes',
    min: 0,
    max: uint32,
    default: 16 * MiB,
    where: everywhere,
    native: 'connection',
    doc: 'The longest message, received or sent. A peer that announces a longer one is disconnected with EMSGSIZE; sending one throws a RangeError.',
  },
  sendHighWaterMark: {
    type: 'number',
    unit: 'bytes',
    min: 1,
    max: uint32,
    default: MiB,
    where: everywhere,
    native: 'connection',
    doc: 'From this much unsent data on, each message charged its bytes + 128, `send` returns false; `drain` follows at half of it.',
  },
  maxBufferedBytes: {
    type: 'number',
    unit: 'bytes',
    min: 1,
    max: uint32,
    default: 16 * MiB,
    where: everywhere,
    native: 'connection',
    doc: 'A peer with this much unsent data meets `onBufferFull` at the next send.',
  },
  onBufferFull: {
    type: 'choice',
    values: ['disconnect', 'drop', 'error'],
    default: 'disconnect',
    where: everywhere,
    native: 'connection',
    doc: 'What becomes of a peer that reads too slowly: it is disconnected (BACKPRESSURE), the message is dropped (`send` returns null), or `send` throws EAGAIN.',
  },
  sendTimeout: {
    type: 'number',
    unit: 'milliseconds',
    min: 1,
    max: longest,
    default: 60_000,
    where: everywhere,
    native: 'connection',
    doc: 'A peer that takes nothing for this long although something is queued is disconnected (TIMEOUT).',
  },
  receiveHighWaterMark: {
    type: 'number',
    unit: 'bytes',
    min: 1,
    max: uint32,
    default: MiB,
    where: everywhere,
    native: 'connection',
    doc: 'From this much received data on that was not taken yet, each message charged its bytes + 128, a peer is not read; reading goes on at half of it.',
  },
  messageTimeout: {
    type: 'number',
    unit: 'milliseconds',
    min: 1,
    max: longest,
    default: 60_000,
    where: everywhere,
    native: 'connection',
    doc: 'A peer that has begun a message and sends none of it for this long is disconnected (TIMEOUT). Time in which it is not read does not count.',
  },
  keepAlive: {
    type: 'number',
    unit: 'milliseconds',
    min: 0,
    max: longestKeepAlive,
    default: 60_000,
    where: everywhere,
    native: 'connection',
    orBoolean: true,
    doc: 'Silence after which TCP asks whether the peer is still there (SO_KEEPALIVE, tcp(7)); false or 0 turns it off.',
  },
  linger: {
    type: 'number',
    unit: 'milliseconds',
    min: 0,
    max: longest,
    default: 2_000,
    where: everywhere,
    native: 'connection',
    doc: 'How long an orderly end may take: flush, shut down, wait for the peer to end. Afterwards the connection is cut.',
  },
  totalReceiveHighWaterMark: {
    type: 'number',
    unit: 'bytes',
    min: 1,
    max: Number.MAX_SAFE_INTEGER,
    default: 64 * MiB,
    where: ['socket'],
    native: 'socket',
    doc: 'The same mark for all peers together; above it each peer may still deliver one message.',
  },
  maxUnfinishedBytes: {
    type: 'number',
    unit: 'bytes',
    min: 1,
    max: Number.MAX_SAFE_INTEGER,
    default: 256 * MiB,
    where: ['socket'],
    native: 'socket',
    doc: 'Memory for messages that have not completely arrived, of all peers together; above it the peer whose message comes slowest is disconnected (RESOURCES).',
  },
  maxTotalBufferedBytes: {
    type: 'number',
    unit: 'bytes',
    min: 1,
    max: Number.MAX_SAFE_INTEGER,
    default: 256 * MiB,
    where: ['socket'],
    native: 'socket',
    doc: 'Unsent data of all peers together; above it the fullest peer meets `onBufferFull`.',
  },
  maxConnections: {
    type: 'number',
    unit: 'connections',
    min: 1,
    max: longest,
    default: undefined,
    where: ['socket', 'bind'],
    native: 'socket',
    doc: 'Beyond it connections are accepted, closed at once and counted. Default: the limit of descriptors less 256 for a socket, none for an endpoint.',
  },
  maxConnectionsPerAddress: {
    type: 'number',
    unit: 'connections',
    min: 1,
    max: longest,
    default: undefined,
    where: ['socket'],
    native: 'socket',
    doc: 'The same for one remote address (IPv4-mapped ones count as IPv4, IPv6 by their first 64 bits). Default: none.',
  },
  backlog: {
    type: 'number',
    unit: 'connections',
    min: 1,
    max: 65_535,
    default: 511,
    where: ['bind'],
    doc: 'How many connections the kernel may hold before they are accepted (listen(2)).',
  },
  ipv6Only: {
    type: 'boolean',
    default: false,
    where: ['bind'],
    doc: 'Whether an IPv6 endpoint leaves IPv4 alone. Without it `*` serves both.',
  },
  timeout: {
    type: 'number',
    unit: 'milliseconds',
    min: 1,
    max: longest,
    default: 10_000,
    where: ['connect'],
    doc: 'How long one attempt to connect may take, name look-up and all addresses included (ETIMEDOUT).',
  },
  routingId: {
    type: 'number',
    unit: 'id',
    min: 1,
    max: uint32,
    default: undefined,
    where: ['connect'],
    doc: 'The routing id of the connection. Default: the next free one.',
  },
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
  framing: {
    type: 'choice',
    values: ['length'],
    default: 'length',
    where: everywhere,
    doc: 'How messages are told apart: `length` puts 4 bytes, big-endian, before each.',
  },
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
  context: { type: 'object', where: ['socket'], doc: 'The Context to run in. Default: one for the thread.' },
  data: { type: 'any', where: ['connect'], doc: 'Becomes `peer.data`.' },
  lookup: {
    type: 'function',
    where: ['connect'],
    doc: 'Resolves names, as in node:net. Default: dns.lookup.',
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

export type OptionName = keyof typeof optionTable
