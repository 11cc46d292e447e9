/** What one measurement gives; a load has some of them. Times in microseconds, memory in KiB. */
export interface Values {
  readonly rate: number
  readonly p50: number
  readonly p99: number
  readonly p99_9: number
  readonly p99_99: number
  readonly max: number
  /** Server CPU time a message. */
  readonly cpu: number
  /** Growth of the server by one idle connection. */
  readonly memory: number
}

export type Metric = keyof Values

interface Description {
  readonly title: string
  readonly better: 'more' | 'less'
  readonly digits: number
}

const time = (title: string): Description => ({ title: `${title} µs`, better: 'less', digits: 1 })

export const metrics: Readonly<Record<Metric, Description>> = {
  rate: { title: 'messages/s', better: 'more', digits: 0 },
  p50: time('p50'),
  p99: time('p99'),
  p99_9: time('p99.9'),
  p99_99: time('p99.99'),
  max: time('max'),
  cpu: { title: 'CPU µs/msg', better: 'less', digits: 2 },
  memory: { title: 'KiB/conn', better: 'less', digits: 2 },
}
