'use strict'
// node millrace.cjs <dist/index.js> <how>: no loader and no source maps sit in the measured process. `how` is JSON: options of
// a Context, and `consume`, one of the ways below.

const [, , entry, how] = process.argv
const { Context, StreamSocket } = require(entry)
const { consume = 'handler', ...contextOptions } = JSON.parse(how)

const ways = {
  handler: () => ({
    message(peer, data, info) {
      peer.send(data, info)
    },
  }),
  async await(server) {
    for await (const record of server) if (record.type === 'message') record.peer.send(record.data)
  },
  async batches(server) {
    for await (const records of server.batches())
      for (const record of records) if (record.type === 'message') record.peer.send(record.data)
  },
  async peers(server) {
    server.on('connect', async (peer) => {
      for await (const data of peer) peer.send(data)
    })
  },
}

async function main() {
  const context = Object.keys(contextOptions).length === 0 ? {} : { context: new Context(contextOptions) }
  const server = new StreamSocket({ ...(consume === 'handler' ? ways.handler() : {}), ...context })
  const listener = await server.bind('tcp://127.0.0.1:0')
  if (consume !== 'handler') ways[consume](server)
  console.log(`listening ${listener.port}`)
  process.stdin.on('end', () => process.exit()).resume()
}

main()
