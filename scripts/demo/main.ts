// npm start: a millrace server in a process of its own and real clients beside it. Every file of the project travels
// there and back as one message and is compared; then small messages are exchanged as fast as they go.

import { readArguments, usage, UsageError } from './arguments.js'
import type { Client } from './clients/client.js'
import { EchoProcess } from './echo-process.js'
import { Exchange } from './exchange.js'
import { loads, type Load } from './loads.js'
import { threadModes, transports, type ThreadMode, type Transport } from './matrix.js'
import { withProgress } from './progress.js'
import { stay } from './stay.js'
import { table, type Row } from './table.js'

async function measure(
  endpoint: string,
  place: Pick<Row, 'transport' | 'mode'>,
  client: Client,
  load: Load,
): Promise<Row> {
  const what = { ...place, client: client.name, load: load.name }
  const title = Object.values(what).join(', ')
  const exchange = new Exchange(load)
  const progress = (): string => `${title}: ${exchange.received.toLocaleString('en-US')} messages`
  try {
    return { ...what, window: load.window, ...(await withProgress(progress, exchange.run(client, endpoint))) }
  } catch (error) {
    throw new Error(`${title}: ${(error as Error).message}`, { cause: error })
  }
}

async function runRow(transport: Transport, mode: ThreadMode): Promise<Row[]> {
  const place = { transport: transport.name, mode: mode.name }
  const server = await EchoProcess.start(transport, mode)
  const ended = server.watch()
  const rows: Row[] = []
  try {
    for (const client of transport.clients) {
      for (const load of loads) {
        rows.push(await Promise.race([measure(server.endpoint, place, client, load), ended]))
      }
    }
  } finally {
    await server.stop()
  }
  return rows
}

async function runAll(): Promise<void> {
  const rows: Row[] = []
  for (const transport of transports) {
    for (const mode of threadModes) rows.push(...(await runRow(transport, mode)))
  }
  console.log(table(rows))
  console.log('\nEvery message came back as it was sent. p50, p99 and p99.9 are times of a round trip.')
}

async function main(): Promise<void> {
  const wanted = readArguments(process.argv.slice(2))
  if (wanted.help) console.log(usage)
  else await (wanted.stay ? stay() : runAll())
}

main().catch((error: unknown) => {
  console.error(`millrace: ${error instanceof Error ? error.message : String(error)}`)
  if (error instanceof UsageError) console.error(`\n${usage}`)
  process.exitCode = error instanceof UsageError ? 2 : 1
})
