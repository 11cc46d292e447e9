import type { StreamRecord } from '../../ts/index.js'
import { within } from './events.js'

/** A record in one line, to compare lists of them. */
export function inShort(record: StreamRecord): string {
  if (record.type === 'message') return `${record.peer.routingId}: ${record.data.toString()}`
  const why = record.type === 'disconnect' ? ` ${record.reason.code}` : ''
  return `${record.peer.routingId} ${record.type}${why}`
}

/** The next value; rejects when there is none any more. */
export async function nextOf<T>(iterator: AsyncIterator<T>): Promise<T> {
  const result: IteratorResult<T, undefined> = await within(iterator.next(), 'next()')
  if (result.done) throw new Error('the iterator has ended')
  return result.value
}

/** The next `count` records, in short. */
export async function takeShort(iterator: AsyncIterator<StreamRecord>, count: number): Promise<string[]> {
  const records: string[] = []
  while (records.length < count) records.push(inShort(await nextOf(iterator)))
  return records
}
