'use strict'
// node millrace.cjs <dist/index.js> <spinMicros>: no loader and no source maps sit in the measured process.

const [, , entry, spinMicros] = process.argv
const { Context, StreamSocket } = require(entry)

const handlers = {
  message(peer, data, info) {
    peer.send(data, info)
  },
}

async function main() {
  const spinning = Number(spinMicros) > 0
  const context = spinning ? { context: new Context({ spinMicros: Number(spinMicros) }) } : {}
  const server = new StreamSocket({ ...handlers, ...context })
  const listener = await server.bind('tcp://127.0.0.1:0')
  console.log(`listening ${listener.port}`)
  process.stdin.on('end', () => process.exit()).resume()
}

main()
