import type { Option, Where } from '../../ts/option-kinds.js'
import { optionTable } from '../../ts/option-table.js'

export const options = Object.entries(optionTable) as [string, Option][]

export const origin = 'Generated from ts/option-table.ts by `npm run generate`.'

export const sameEverywhere = (option: Option): boolean =>
  option.where.length > 1 && option.where.includes('connect')

export function only(where: Where): [string, Option][] {
  return options.filter(([, option]) => option.where.includes(where) && !sameEverywhere(option))
}

/** 16777216 as '16 MiB', 60000 as '60 s'. */
export function readable(value: number, unit: string): string {
  if (unit === 'bytes') {
    if (value >= 1 << 20 && value % (1 << 20) === 0) return `${value / (1 << 20)} MiB`
    if (value >= 1 << 10 && value % (1 << 10) === 0) return `${value / (1 << 10)} KiB`
    return `${value} B`
  }
  if (unit === 'milliseconds')
    return value >= 1000 && value % 1000 === 0 ? `${value / 1000} s` : `${value} ms`
  if (unit === 'permission bits') return `0o${value.toString(8)}`
  return `${value} ${unit}`
}

export function defaultOf(option: Option): string | undefined {
  if (option.type === 'number')
    return option.default === undefined ? undefined : readable(option.default, option.unit)
  return 'default' in option ? String(option.default) : undefined
}
