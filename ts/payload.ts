import { wrongType } from './errors.js'
import { type NativeSocket } from './native.js'
import type { Payload } from './types.js'

const expected = 'a string, a Buffer, a typed array, a DataView, an ArrayBuffer or a list of these'

function toBytes(chunk: unknown): Uint8Array {
  if (chunk instanceof Uint8Array) return chunk
  if (typeof chunk === 'string') return Buffer.from(chunk)
  if (ArrayBuffer.isView(chunk)) return new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength)
  if (chunk instanceof ArrayBuffer || chunk instanceof SharedArrayBuffer) return new Uint8Array(chunk)
  throw wrongType(expected, 'data', chunk)
}

/** Reads the payload and gives it to the engine; the number is one of native.ts's `Sent`. */
export function sendPayload(socket: NativeSocket, id: number, data: Payload): number {
  if (data instanceof Uint8Array) return socket.send(id, data)
  if (typeof data === 'string') return socket.sendText(id, data)
  if (Array.isArray(data)) return socket.sendList(id, (data as readonly unknown[]).map(toBytes))
  return socket.send(id, toBytes(data))
}

/** A copy that stays as it is, for data that has to wait. */
export function copyPayload(data: Payload): Buffer {
  if (Array.isArray(data)) return Buffer.concat((data as readonly unknown[]).map(toBytes))
  return Buffer.from(toBytes(data))
}

export function payloadBytes(data: Payload): number {
  if (typeof data === 'string') return Buffer.byteLength(data)
  return Array.isArray(data)
    ? (data as readonly unknown[]).reduce<number>((sum, each) => sum + toBytes(each).byteLength, 0)
    : toBytes(data).byteLength
}
