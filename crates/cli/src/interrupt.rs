//! Ctrl-C in, a raised flag out; a second Ctrl-C ends the process at once.

use std::sync::{Arc, OnceLock};

use heavytail::Cancel;

use crate::exit::Exit;
use crate::failure::Failure;

static FLAG: OnceLock<Arc<Cancel>> = OnceLock::new();

/// The flag that Ctrl-C raises, watched for from the first call on.
pub(crate) fn cancel_on_interrupt() -> Result<Arc<Cancel>, Failure> {
    if let Some(flag) = FLAG.get() {
        return Ok(Arc::clone(flag));
    }
    let flag = Arc::clone(FLAG.get_or_init(|| Arc::new(Cancel::new())));
    let raised = Arc::clone(&flag);
    ctrlc::set_handler(move || {
        if raised.is_cancelled() {
            #[expect(clippy::exit, reason = "the user does not want to wait for the layers at work")]
            std::process::exit(Exit::Interrupted as i32);
        }
        raised.cancel();
    })?;
    Ok(flag)
}
