// A worker of node:cluster: it serves at the endpoint that it is given, says so, and answers every message with its name.
import { StreamSocket } from '../../ts/index.js'

const [endpoint = '', name = ''] = process.argv.slice(2)
const socket = new StreamSocket({ message: (peer) => void peer.send(name) })
void socket.bind(endpoint, { reusePort: true }).then((listener) => process.send!(listener.endpoint))
