import type { Figures } from './exchange.js'

export interface Row extends Figures {
  readonly transport: string
  readonly mode: string
  readonly client: string
  readonly load: string
  /** So many messages are on their way at a time. */
  readonly window: number
}

interface Column {
  readonly title: string
  readonly of: (row: Row) => string
  /** Numbers stand on the right. */
  readonly number?: true
}

const whole = (value: number): string => Math.round(value).toLocaleString('en-US')

function time(nanoseconds: number): string {
  return nanoseconds < 1e6 ? `${whole(nanoseconds / 1e3)} µs` : `${(nanoseconds / 1e6).toFixed(1)} ms`
}

const columns: readonly Column[] = [
  { title: 'transport', of: (row) => row.transport },
  { title: 'threads', of: (row) => row.mode },
  { title: 'client', of: (row) => row.client },
  { title: 'load', of: (row) => row.load },
  { title: 'in flight', of: (row) => whole(row.window), number: true },
  { title: 'messages', of: (row) => whole(row.messages), number: true },
  { title: 'bytes', of: (row) => whole(row.bytes), number: true },
  { title: 'messages/s', of: (row) => whole(row.messages / row.seconds), number: true },
  { title: 'MB/s', of: (row) => (row.bytes / row.seconds / 1e6).toFixed(1), number: true },
  { title: 'p50', of: (row) => time(row.roundTrip(50)), number: true },
  { title: 'p99', of: (row) => time(row.roundTrip(99)), number: true },
  { title: 'p99.9', of: (row) => time(row.roundTrip(99.9)), number: true },
]

/** Times are those of a round trip; bytes are payload, counted one way. */
export function table(rows: readonly Row[]): string {
  const cells = [columns.map(({ title }) => title), ...rows.map((row) => columns.map(({ of }) => of(row)))]
  const widths = columns.map((_, column) => Math.max(...cells.map((line) => line[column]?.length ?? 0)))
  const lines = cells.map((line) =>
    line
      .map((text, column) => {
        const width = widths[column] ?? 0
        return columns[column]?.number ? text.padStart(width) : text.padEnd(width)
      })
      .join('  '),
  )
  const rule = widths.map((width) => '-'.repeat(width)).join('  ')
  return [lines[0], rule, ...lines.slice(1)].join('\n')
}
