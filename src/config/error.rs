//! What is wrong with the configuration, and where it was said.

use std::fmt;

/// Where a value was said.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Origin {
    /// Nowhere: it is the default.
    #[default]
    Default,
    /// In the configuration file.
    File {
        /// The name of the file, as given.
        name: String,
        /// The line, from 1.
        line: u32,
        /// The column, from 1, in characters.
        column: u32,
    },
    /// In the environment.
    Environment {
        /// The name of the variable.
        variable: String,
    },
    /// On the command line.
    Flag {
        /// The name of the flag, as typed: `--site-url`.
        name: String,
    },
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File { name, line, column } => write!(f, "{name}:{line}:{column}"),
            Self::Environment { variable } => f.write_str(variable),
            Self::Flag { name } => f.write_str(name),
        }
    }
}

/// One fault of the configuration. Nothing runs while there is one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ConfigError {
    /// Where the faulty value was said.
    pub origin: Origin,
    /// The key, such as `site.url` or `feed[0].limit` (feeds are counted from 0); empty when the
    /// file can't be understood at all.
    pub key: String,
    /// What is the matter, in lower case without a full stop.
    pub message: String,
    /// The way out, where there is one to tell.
    pub help: Option<String>,
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.origin)?;
        if !self.key.is_empty() {
            write!(f, "{}: ", self.key)?;
        }
        f.write_str(&self.message)?;
        self.help.as_ref().map_or(Ok(()), |help| write!(f, "; {help}"))
    }
}

impl std::error::Error for ConfigError {}

/// What is wrong with a value, told by what does not know where the value was said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) message: String,
    pub(crate) help: Option<String>,
}

impl Fault {
    /// Tells what is the matter.
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), help: None }
    }

    /// Tells the way out.
    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Asks whether a near word was meant, if there is one.
    pub(crate) fn did_you_mean(self, near: Option<&str>) -> Self {
        match near {
            Some(near) => self.help(format!("did you mean {near:?}?")),
            None => self,
        }
    }

    /// Places the fault.
    pub(crate) fn at(self, origin: Origin, key: &str) -> ConfigError {
        ConfigError { origin, key: key.to_owned(), message: self.message, help: self.help }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_names_the_place_the_key_and_the_way_out() {
        let origin = Origin::File { name: "config.toml".into(), line: 12, column: 3 };
        let fault = Fault::new("unknown key").did_you_mean(Some("language"));
        assert_eq!(
            fault.at(origin, "site.langauge").to_string(),
            "config.toml:12:3: site.langauge: unknown key; did you mean \"language\"?"
        );
        let flag = Origin::Flag { name: "--site-url".into() };
        assert_eq!(Fault::new("odd").at(flag, "").to_string(), "--site-url: odd");
    }
}
