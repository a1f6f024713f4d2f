//! The configuration is read again when it changes, and on SIGHUP.

use rustix::process::Signal;

use crate::running::{Service, article, feed_tells, site, status};

#[test]
fn a_good_configuration_takes_effect_and_a_broken_one_does_not() {
    let site = site();
    let mut service = Service::start(&site);
    site.write("config.toml", "[site]\ntitle = \"Hill Farm\"\nurl = \"https://a.example/\"\n");
    service.await_line("the configuration is read");
    service.await_line("documents written");
    assert!(feed_tells(&site, "<title>Hill Farm</title>"));
    site.write("config.toml", "[site]\ntitel = \"Mill\"\n");
    service.await_line("config.toml:2");
    service.await_line("the configuration stays as it was");
    let troubles = status(&site)["status"]["troubles"].to_string();
    assert!(troubles.contains("titel"), "{troubles}");
    site.write("seeds/two.md", &article("Two"));
    service.await_line("(root) +1");
    assert!(feed_tells(&site, "<title>Hill Farm</title>"));
    assert!(service.stop().success());
}

#[test]
fn a_hang_up_reads_it_again() {
    let site = site();
    let mut service = Service::start(&site);
    service.signal(Signal::HUP);
    service.await_line("the configuration is read");
    site.write("seeds/two.md", &article("Two"));
    service.await_line("(root) +1");
    assert!(service.stop().success());
}

#[test]
fn a_configuration_that_is_gone_stays_in_force() {
    let site = site();
    let mut service = Service::start(&site);
    site.write("config.toml", "[site]\ntitle = \"Hill Farm\"\nurl = \"https://a.example/\"\n");
    service.await_line("the configuration is read");
    service.await_line("documents written");
    site.rename("config.toml", "elsewhere.toml");
    service.await_line("config.toml: it is gone");
    service.await_line("the configuration stays as it was");
    site.write("seeds/two.md", &article("Two"));
    service.await_line("(root) +1");
    assert!(feed_tells(&site, "<title>Hill Farm</title>"));
    site.rename("elsewhere.toml", "config.toml");
    service.await_line("the configuration is read");
    assert!(service.stop().success());
}
