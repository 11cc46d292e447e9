import { bunServer } from './bun-server.js'

export const bunRaw = bunServer('bun-raw.mjs', {
  name: 'bun-raw',
  about: 'Bun.listen that sends chunks back as they come, without framing: the bound of any framing on Bun',
  loads: ['one', 'many', 'round-trip'],
})
