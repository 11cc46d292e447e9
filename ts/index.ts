export { Context } from './context.js'
export { MillraceError } from './errors.js'
export { Listener } from './listener.js'
export type { ConnectionLimits, ContextOptions, ReconnectOptions, SocketLimits } from './option-types.js'
export { Peer } from './peer.js'
export { StreamSocket } from './stream-socket.js'
export type {
  BindOptions,
  Chunk,
  CloseOptions,
  ConnectOptions,
  DisconnectReason,
  Frames,
  Framing,
  MessageInfo,
  MessageRecord,
  MonitorEvent,
  Payload,
  PeerStats,
  SendOptions,
  SendResult,
  Stats,
  StreamEvents,
  StreamHandlers,
  StreamRecord,
  StreamSocketOptions,
  Transport,
} from './types.js'
