import { onEach } from './helpers/transports.js'
import { serve } from './helpers/sockets.js'

onEach(
  'close of a peer resolves when its connection has ended, though nobody takes its messages',
  async (t, row) => {
    const server = await serve(t, row)
    const [far, peer] = await server.meet()
    far.send('never taken')
    far.end()
    await peer.close()
    t.false(peer.connected)
    await peer.close()
    t.is(peer.send('too late'), null)
  },
)
