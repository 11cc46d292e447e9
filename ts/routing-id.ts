import { outOfRange, wrongType } from './errors.js'
import { optionTable } from './option-table.js'

/** @throws RangeError */
export function checkRoutingId(id: unknown): number {
  const { min, max } = optionTable.routingId
  if (typeof id === 'number' && Number.isInteger(id) && id >= min && id <= max) return id
  throw outOfRange(`a routing id from ${min} to ${max}`, 'to', id)
}

/** Of a frame of four bytes, big-endian, or a number. */
export function routingIdOf(frame: unknown): number {
  if (typeof frame === 'number') return frame
  if (frame instanceof Uint8Array && frame.byteLength === 4)
    return new DataView(frame.buffer, frame.byteOffset, 4).getUint32(0)
  throw wrongType('a routing id of four bytes, or a number', 'routingId', frame)
}
