import { bunServer } from './bun-server.js'

export const bunPrefix = bunServer('bun-prefix.mjs', {
  name: 'bun-prefix',
  about:
    'Bun.listen that makes no messages: the whole frames of a chunk go back as one range, which only an echo can do',
  loads: ['one', 'many', 'round-trip'],
})
