import { millraceServer } from './millrace-server.js'

// Longer than the client takes for its part of a round trip, so that the server never sleeps between two messages.
const spinMicros = 200

export const millraceSpin = millraceServer({
  name: 'millrace-spin',
  about: `millrace with new Context({ spinMicros: ${spinMicros} })`,
  loads: ['spin'],
  how: { spinMicros },
})
