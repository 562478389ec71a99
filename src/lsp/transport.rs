//! Messages on standard input and output. What is no message is answered and passed over; nothing else is written.

use std::io::{self, BufRead, BufReader, Write};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};

use lsp_server::{Connection, ErrorCode, Message};

/// A message may be this long, in bytes: more is no editor's.
const LONGEST: usize = 256 << 20;

/// The threads that read and write.
pub struct Threads {
    reader: JoinHandle<()>,
    writer: JoinHandle<()>,
}

impl Threads {
    /// Waits until all that was sent is written. The connection must be gone by then.
    pub fn join(self) {
        // The reader may wait for input that nobody writes any more, so nobody waits for it.
        drop(self.reader);
        let _ = self.writer.join();
    }
}

/// A connection over a reader and a writer, with a thread for each.
pub fn connect(
    input: impl io::Read + Send + 'static,
    output: impl Write + Send + 'static,
) -> (Connection, Threads) {
    let (server, client) = Connection::memory();
    let output = Arc::new(Mutex::new(output));
    let shared = Arc::clone(&output);
    let Connection { sender, receiver } = client;
    let reader = thread::spawn(move || {
        let mut input = BufReader::new(input);
        while let Some(body) = read_body(&mut input) {
            match parse(&body) {
                Ok(message) => {
                    let is_exit = matches!(&message, Message::Notification(it) if it.method == "exit");
                    if sender.send(message).is_err() || is_exit {
                        return;
                    }
                }
                Err(error) => {
                    let mut output = shared.lock().unwrap_or_else(PoisonError::into_inner);
                    let _ = write_body(&mut *output, &error.to_string());
                }
            }
        }
    });
    let writer = thread::spawn(move || {
        for message in receiver {
            let mut output = output.lock().unwrap_or_else(PoisonError::into_inner);
            if message.write(&mut *output).and_then(|()| output.flush()).is_err() {
                return;
            }
        }
    });
    (server, Threads { reader, writer })
}

/// The body of the next message; `None` at the end of the input, or where it is not framed as the protocol says.
fn read_body(input: &mut impl BufRead) -> Option<Vec<u8>> {
    let mut length = None;
    loop {
        let mut line = String::new();
        if input.read_line(&mut line).ok()? == 0 {
            return None;
        }
        let line = line.trim_end();
        if line.is_empty() {
            // Empty lines before a header do no harm.
            match length {
                Some(_) => break,
                None => continue,
            }
        }
        if let Some((name, value)) = line.split_once(':')
            && name.eq_ignore_ascii_case("content-length")
        {
            length = value.trim().parse::<usize>().ok();
        }
    }
    let length = length.filter(|length| *length <= LONGEST)?;
    let mut body = vec![0; length];
    input.read_exact(&mut body).ok()?;
    Some(body)
}

/// The message, or the answer to what is none.
fn parse(body: &[u8]) -> Result<Message, serde_json::Value> {
    let refuse = |code: ErrorCode, id: &serde_json::Value, message: &str| {
        let error = serde_json::json!({"code": code as i32, "message": message});
        serde_json::json!({"jsonrpc": "2.0", "id": id, "error": error})
    };
    let none = serde_json::Value::Null;
    let value: serde_json::Value = serde_json::from_slice(body)
        .map_err(|error| refuse(ErrorCode::ParseError, &none, &format!("not JSON: {error}")))?;
    let id = value.get("id").cloned().unwrap_or_default();
    let is_usable = value.is_object() && (value.get("method").is_none() || value["method"].is_string());
    match serde_json::from_value(value) {
        Ok(message) if is_usable => Ok(message),
        _ => Err(refuse(
            ErrorCode::InvalidRequest,
            &id,
            "neither a request, nor a response, nor a notification",
        )),
    }
}

fn write_body(output: &mut impl Write, body: &str) -> io::Result<()> {
    write!(output, "Content-Length: {}\r\n\r\n{body}", body.len())?;
    output.flush()
}
