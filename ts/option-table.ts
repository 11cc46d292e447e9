// Every option, declared once. From here come the checks (options.ts), and by `npm run generate` the types
// (option-types.ts), the engine's structures (native/engine/options.hpp) and the reference page (docs/options.md).

import type { Option } from './option-kinds.js'

export type { NumberOption, Option, Where } from './option-kinds.js'

const KiB = 1024
const MiB = 1024 * KiB
const uint32 = 0xffff_ffff
/** setTimeout's and the kernel's idea of a long time, about 24 days. */
const longest = 0x7fff_ffff
/** More seconds the kernel refuses (MAX_TCP_KEEPIDLE). */
const longestKeepAlive = 32_767_000

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
  framing: {
    type: 'choice',
    values: ['length', 'none'],
    default: 'length',
    where: everywhere,
    native: 'connection',
    doc: 'How messages are told apart: `length` puts 4 bytes, big-endian, before each; `none` takes bytes as they arrive and sends them as they are. Of a socket also a map by transport.',
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
  reusePort: {
    type: 'boolean',
    default: false,
    where: ['bind'],
    doc: 'Lets several sockets, processes or workers bind the same port; the kernel shares the connections out (SO_REUSEPORT). tcp only.',
  },
  fd: {
    type: 'number',
    unit: 'descriptor',
    min: 0,
    max: longest,
    default: undefined,
    where: ['bind'],
    doc: 'A descriptor that listens already and is taken over instead of one being made; the endpoint says of which transport it is. It is closed when the endpoint is unbound.',
  },
  mode: {
    type: 'number',
    unit: 'permission bits',
    min: 0,
    max: 0o777,
    default: 0o600,
    where: ['bind'],
    doc: 'Who may connect: the permissions of the file (0o600: this user), whatever the umask. ipc with a path only.',
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
  spinMicros: {
    type: 'number',
    unit: 'microseconds',
    min: 0,
    max: 1_000_000_000,
    default: 0,
    where: ['context'],
    doc: 'How long the event loop looks for more work without sleeping after the last activity. Shortens the round trip and burns a core.',
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
