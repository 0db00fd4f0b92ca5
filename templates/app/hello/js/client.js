// A client of `greeter`: it asks its own `kar`, which finds the service through Kafka.
const port = process.env.KAR_RUNTIME_PORT
if (!port) {
  console.error('KAR_RUNTIME_PORT is not set: start it as `kar run -app {{ app }} node client.js`')
  process.exit(1)
}

const pause = milliseconds => new Promise(resolve => setTimeout(resolve, milliseconds))

// `kar` starts this program before it is ready itself.
async function call (path, body, attempts = 60) {
  try {
    const response = await fetch(`http://127.0.0.1:${port}/kar/v1/service/greeter/call/${path}`, {
      method: 'POST',
      headers: { 'Content-Type': 'text/plain' },
      body
    })
    if (response.ok) return await response.text()
    throw new Error(`kar answered ${response.status}: ${await response.text()}`)
  } catch (error) {
    if (attempts <= 1) throw error
    await pause(500)
    return call(path, body, attempts - 1)
  }
}

async function main () {
  for (const name of ['Ada', 'Grace']) console.log(await call('greet', name))
}

main().catch(error => {
  console.error(error.message)
  process.exit(1)
})
