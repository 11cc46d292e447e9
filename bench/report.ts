import { formatRatio } from './against.js'
import type { Contender } from './contenders/index.js'
import { describe, type Cell } from './matrix.js'
import { metrics, type Metric } from './metrics.js'
import { compare, errorsIn, rowsOf, takesPart, valuesOf, type Row } from './rows.js'
import { median, spread } from './stats.js'

/** Above this the client, not the server, may be what set the pace. */
const clientLimit = 0.95
/** Cores; above this the machine was not the benchmark's alone. */
const othersLimit = 0.1

interface Column {
  readonly title: string
  readonly text: (rows: readonly Row[]) => string
}

const percent = (share: number): string => `${(share * 100).toFixed(share < 0.1 ? 1 : 0)} %`

function valueColumn(metric: Metric): Column {
  const { title, digits } = metrics[metric]
  return {
    title,
    text: (rows) => {
      const values = valuesOf(rows, metric)
      return values.length === 0 ? '-' : median(values).toFixed(digits)
    },
  }
}

function comparedColumns(metric: Metric, reference: string, references: readonly Row[]): Column[] {
  const ratio = (rows: readonly Row[]): string => {
    const found = rows === references ? undefined : compare(rows, references, metric)
    return found ? formatRatio(found) : ''
  }
  const spreadText = (rows: readonly Row[]): string => {
    const values = valuesOf(rows, metric)
    return values.length < 2 ? '' : percent(spread(values))
  }
  const relative = references.length === 0 ? [] : [{ title: `to ${reference}`, text: ratio }]
  return [valueColumn(metric), { title: 'spread', text: spreadText }, ...relative]
}

function clientText(rows: readonly Row[]): string {
  const shares = rows.flatMap(({ result }) => result?.clientShare ?? [])
  if (shares.length === 0) return '-'
  const share = median(shares)
  return `${percent(share)}${share > clientLimit ? '*' : ''}`
}

function othersText(rows: readonly Row[]): string {
  const found = rows.flatMap(({ result }) => result?.others ?? [])
  if (found.length === 0) return '-'
  const share = median(found)
  return `${Math.max(0, share).toFixed(2)}${share > othersLimit ? '!' : ''}`
}

const commonColumns: readonly Column[] = [
  { title: 'client', text: clientText },
  { title: 'others', text: othersText },
  { title: 'errors', text: (rows) => String(errorsIn(rows)) },
]

function table(titles: readonly string[], lines: readonly (readonly string[])[]): string {
  const all = [titles, ...lines]
  const widths = titles.map((_, index) => Math.max(...all.map((line) => line[index]!.length)))
  const pad = (text: string, index: number): string =>
    index === 0 ? text.padEnd(widths[index]!) : text.padStart(widths[index]!)
  return all.map((line) => `  ${line.map(pad).join('  ')}`).join('\n')
}

function cellTable(rows: readonly Row[], cell: Cell, names: readonly string[], reference: string): string {
  const byName = new Map(names.map((name) => [name, rowsOf(rows, cell, name)]))
  const references = byName.get(reference) ?? []
  const columns = [
    ...cell.load.compared.flatMap((metric) => comparedColumns(metric, reference, references)),
    ...cell.load.shown.map(valueColumn),
    ...(cell.load.name === 'idle' ? commonColumns.slice(2) : commonColumns),
  ]
  const lines = [...byName].map(([name, own]) => [name, ...columns.map(({ text }) => text(own))])
  return `${describe(cell)}\n${table(['', ...columns.map(({ title }) => title)], lines)}`
}

function failures(rows: readonly Row[]): string[] {
  const found = rows.flatMap(({ contender, load, size, failure }) =>
    failure === undefined ? [] : [`FAILED: ${contender}, ${load} ${size} B: ${failure}`],
  )
  return [...new Set(found)]
}

export function report(
  rows: readonly Row[],
  cells: readonly Cell[],
  contenders: readonly Contender[],
  reference: string,
): void {
  for (const cell of cells) {
    const names = contenders.filter((contender) => takesPart(contender, cell)).map(({ name }) => name)
    if (names.length > 0) console.log(`\n${cellTable(rows, cell, names, reference)}`)
  }
  const checked = rows.reduce((sum, { result }) => sum + (result?.checked ?? 0), 0)
  console.log(
    `\n${checked.toLocaleString('en')} replies compared with what was sent; errors in ${errorsIn(rows)}.`,
  )
  console.log(
    `Medians. spread: the middle half of the rounds. [a b]: 95 % interval of the ratio. client: its share of its`,
  )
  console.log(
    `core, * where it may have set the pace. others: cores that other processes took, ! above ${othersLimit}.`,
  )
  for (const failure of failures(rows)) console.log(failure)
}
