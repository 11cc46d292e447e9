import type { Contender } from './contenders/index.js'
import type { Cell } from './matrix.js'
import { measure, type Timing } from './measure.js'
import type { Progress } from './progress.js'
import { takesPart, type Row } from './rows.js'

interface Step {
  readonly round: number
  readonly cell: Cell
  readonly contender: Contender
}

/**
 * Round by round, cell by cell, one contender after the other, so that a slow minute of the machine falls on all of
 * them; who comes first moves on with the rounds.
 */
export function plan(contenders: readonly Contender[], cells: readonly Cell[], runs: number): Step[] {
  return Array.from({ length: runs }, (_, round) => round).flatMap((round) =>
    cells.flatMap((cell) => {
      const present = contenders.filter((contender) => takesPart(contender, cell))
      const first = present.length === 0 ? 0 : round % present.length
      const order = [...present.slice(first), ...present.slice(0, first)]
      return order.map((contender) => ({ round, cell, contender }))
    }),
  )
}

async function runStep({ round, cell, contender }: Step, timing: Timing): Promise<Row> {
  const row = { contender: contender.name, load: cell.load.name, size: cell.size, round }
  try {
    return { ...row, result: await measure(contender, cell, timing) }
  } catch (error) {
    return { ...row, failure: error instanceof Error ? error.message : String(error) }
  }
}

/** A measurement that fails is a row that says so; the run goes on. */
export async function runAll(steps: readonly Step[], timing: Timing, progress: Progress): Promise<Row[]> {
  const rows: Row[] = []
  for (const step of steps) {
    progress.show(
      rows.length,
      steps.length,
      `${step.contender.name}, ${step.cell.load.name} ${step.cell.size} B`,
    )
    rows.push(await runStep(step, timing))
  }
  progress.clear()
  return rows
}
