"""A broadcast by websockets and asyncio alone, without Django: `plain.py <port>`. What one says, all hear."""

import asyncio
import contextlib
import sys

import websockets

connections: set[websockets.ServerConnection] = set()


async def serve(connection: websockets.ServerConnection) -> None:
    connections.add(connection)
    with contextlib.suppress(websockets.ConnectionClosed):  # clients go without a farewell
        async for text in connection:
            websockets.broadcast(connections, text)
    connections.discard(connection)


async def main(port: int) -> None:
    async with websockets.serve(serve, "127.0.0.1", port, compression=None):
        await asyncio.get_running_loop().create_future()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
