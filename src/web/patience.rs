//! A connection that ends itself when no byte moves for too long. Not here: deadlines of headers (`server`) and bodies (`mod`).

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep, sleep};

/// A stream whose reads and writes fail once nothing has moved in either direction for `limit`.
///
/// The alarm is set once and looked at when it rings, so a busy connection pays one clock reading a call, no timer.
#[derive(Debug)]
pub struct Patient<S> {
    stream: S,
    limit: Duration,
    moved_at: Instant,
    alarm: Pin<Box<Sleep>>,
}

impl<S> Patient<S> {
    /// Starts to wait now.
    pub fn new(stream: S, limit: Duration) -> Self {
        Self { stream, limit, moved_at: Instant::now(), alarm: Box::pin(sleep(limit)) }
    }

    /// Passes on what moved; where nothing did, fails when the time is up and else has the task woken then.
    fn watch<T>(&mut self, context: &mut Context<'_>, moved: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if moved.is_ready() {
            self.moved_at = Instant::now();
            return moved;
        }
        while self.alarm.as_mut().poll(context).is_ready() {
            let ends_at = self.moved_at + self.limit;
            if Instant::now() >= ends_at {
                return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
            }
            self.alarm.as_mut().reset(ends_at);
        }
        Poll::Pending
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Patient<S> {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let moved = Pin::new(&mut self.stream).poll_read(context, buffer);
        self.watch(context, moved)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Patient<S> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let moved = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.watch(context, moved)
    }

    fn poll_write_vectored(mut self: Pin<&mut Self>, context: &mut Context<'_>, slices: &[io::IoSlice<'_>]) -> Poll<io::Result<usize>> {
        let moved = Pin::new(&mut self.stream).poll_write_vectored(context, slices);
        self.watch(context, moved)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        // A flush that has nothing to do is ready at once, so it says nothing about bytes that move.
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let moved = Pin::new(&mut self.stream).poll_shutdown(context);
        self.watch(context, moved)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, duplex};

    use super::*;

    const LIMIT: Duration = Duration::from_millis(80);

    #[tokio::test]
    async fn a_silent_peer_is_given_up() {
        let (_peer, ours) = duplex(16);
        let error = Patient::new(ours, LIMIT).read_u8().await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
    }

    #[tokio::test]
    async fn a_peer_that_stops_reading_is_given_up() {
        let (_peer, ours) = duplex(16);
        let error = Patient::new(ours, LIMIT).write_all(&[0; 64]).await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
    }

    #[tokio::test]
    async fn a_peer_that_keeps_moving_is_kept_beyond_the_limit() {
        let (mut peer, ours) = duplex(16);
        let talk = tokio::spawn(async move {
            for byte in 0..6 {
                sleep(LIMIT / 2).await;
                peer.write_u8(byte).await.unwrap();
            }
        });
        let mut heard = Vec::new();
        Patient::new(ours, LIMIT).read_to_end(&mut heard).await.unwrap();
        assert_eq!(heard, [0, 1, 2, 3, 4, 5]);
        talk.await.unwrap();
    }
}
