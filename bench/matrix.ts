import type { Metric } from './metrics.js'

export type LoadName = 'one' | 'many' | 'round-trip' | 'spin' | 'open-loop' | 'idle'

export interface Load {
  readonly name: LoadName
  readonly sizes: readonly number[]
  readonly connections: number
  /** Messages in flight on each connection. */
  readonly window: (size: number) => number
  /** The client polls without sleeping. */
  readonly spin?: true
  /** Open loop: messages a second over all connections. */
  readonly rate?: number
  /** Columns with a ratio to the reference and its interval; the first one is what the load is about. */
  readonly compared: readonly Metric[]
  readonly shown: readonly Metric[]
}

const largeBytes = 64 * 1024
const allSizes = [64, 1024, 65536, 262144]
const ladder: readonly Metric[] = ['p99', 'p99_9', 'p99_99', 'max']

export const loads: readonly Load[] = [
  {
    name: 'one',
    sizes: allSizes,
    connections: 1,
    window: (size) => (size < largeBytes ? 64 : 4),
    compared: ['rate', 'cpu'],
    shown: ['p50', 'p99'],
  },
  {
    name: 'many',
    sizes: allSizes,
    connections: 64,
    window: (size) => (size < largeBytes ? 8 : 1),
    compared: ['rate', 'cpu'],
    shown: ['p50', 'p99'],
  },
  {
    name: 'round-trip',
    sizes: [64],
    connections: 1,
    window: () => 1,
    compared: ['cpu', 'p50'],
    shown: ladder,
  },
  {
    name: 'spin',
    sizes: [64],
    connections: 1,
    window: () => 1,
    spin: true,
    compared: ['p50'],
    shown: ladder,
  },
  {
    name: 'open-loop',
    sizes: [64],
    connections: 64,
    window: () => 1,
    // The client spins, so that a message leaves when it is due and not when the client was woken.
    spin: true,
    rate: 50_000,
    compared: ['p50', 'cpu'],
    shown: ladder,
  },
  {
    name: 'idle',
    sizes: [0],
    connections: 10_000,
    window: () => 0,
    compared: ['memory'],
    shown: [],
  },
]

/** Smaller than a chunk and no divisor of one: frames begin and end everywhere. */
export const smokeLoad: Load = {
  name: 'many',
  sizes: [3000],
  connections: 8,
  window: () => 16,
  compared: ['rate'],
  shown: [],
}

export interface Cell {
  readonly load: Load
  readonly size: number
}

export function describe({ load, size }: Cell): string {
  const count = load.connections.toLocaleString('en')
  const connections = load.connections === 1 ? 'one connection' : `${count} connections`
  if (load.name === 'idle') return `idle: ${connections}`
  const how = load.rate
    ? `${load.rate.toLocaleString('en')} messages/s in all`
    : `${load.window(size)} in flight${load.connections === 1 ? '' : ' on each'}`
  return `${load.name}: ${size} B, ${connections}, ${how}${load.spin ? ', the client spins' : ''}`
}
