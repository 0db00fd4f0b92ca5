// The service `greeter`. Whoever calls it asks its own `kar`, wherever that is; this side's `kar` hands the call on as a
// plain HTTP request to this port.
const http = require('http')

const greet = name => `Hello ${name}!`

const server = http.createServer(async (request, response) => {
  if (request.method !== 'POST' || request.url !== '/greet') {
    response.writeHead(404).end()
    return
  }
  let name = ''
  for await (const part of request) name += part
  const greeting = greet(name)
  console.log(greeting)
  response.writeHead(200, { 'Content-Type': 'text/plain' }).end(greeting)
})

const port = process.env.KAR_APP_PORT || 8080
server.listen(port, process.env.KAR_APP_HOST || '127.0.0.1', () => console.log(`greeter listens on port ${port}`))

process.on('SIGTERM', () => process.exit(0))
